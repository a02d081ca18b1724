/** Starts the link proxy and the probe agent as processes of their own, beside the runner. */
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { type HelperProcess, startHelper } from '../helper-process/helper-process.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-protocol.ts';
import type { ProxyAnswer, ProxyRequest } from './proxy-protocol.ts';

/** Both die with their stdin. Rejects with ORDEAL_CHILD_FAILED. */
export function startLinkProxy(): Promise<HelperProcess<ProxyRequest, ProxyAnswer>> {
  return startHelper('link proxy', entryUrl(import.meta.url, './proxy-main'));
}

export function startProbeAgent(): Promise<HelperProcess<ProbeRequest, ProbeAnswer>> {
  return startHelper('probe agent', entryUrl(import.meta.url, './probe-main'));
}
