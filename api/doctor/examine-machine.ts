/** Asks every host kind what it can do here. */
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';

export interface ExaminedHost {
  readonly name: string;
  readonly summary: string;
  readonly capabilities: readonly { readonly capability: string; readonly ok: boolean; readonly found: string; readonly remedy?: string }[];
}

/** One entry per host kind; a host whose module or probe fails says so in a capability of its own name. */
export async function examineMachine(): Promise<readonly ExaminedHost[]> {
  return Promise.all(
    Object.entries(HOSTS).map(async ([name, entry]) => {
      try {
        const probed = await (await entry.load()).probe();
        return { name, summary: entry.summary, capabilities: [...probed].map(([capability, result]) => ({ capability, ...result })) };
      } catch (error) {
        return { name, summary: entry.summary, capabilities: [{ capability: name, ok: false, found: messageOf(error) }] };
      }
    }),
  );
}
