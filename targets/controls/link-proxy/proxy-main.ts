/** The process of the link proxy: requests on stdin, gone when stdin ends. Started by `startLinkProxy`. */
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { serveRequests } from '../helper-process/serve-requests.ts';
import { LinkProxy } from './link-proxy.ts';
import type { ProxyRequest } from './proxy-protocol.ts';

const proxy = new LinkProxy(createRealClock());
serveRequests((request: ProxyRequest) => proxy.serve(request));
