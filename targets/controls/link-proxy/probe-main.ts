/** The process of the probe agent: requests on stdin, gone when stdin ends. Started by `startLinkProxy`. */
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { serveRequests } from '../helper-process/serve-requests.ts';
import { ProbeAgent } from './probe-agent.ts';
import type { ProbeRequest } from './probe-protocol.ts';

const agent = new ProbeAgent(createRealClock());
serveRequests((request: ProbeRequest) => agent.serve(request));
