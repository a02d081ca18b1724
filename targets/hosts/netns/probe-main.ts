/** What `netns` can do in the namespaces that this process was started in: one line of JSON. */
import { netns } from './host.ts';

process.stdout.write(`${JSON.stringify([...(await netns.probe())])}\n`);
