/** A fault of one's own: the primary's messages to the backups are lost, while everything else arrives. */
import { type Fault, use, z } from 'ordeal';
import { cutBetween, NET_CUT, NET_CUT_ONE_WAY } from 'ordeal/nemesis';

const options = z.strictObject({});

const fault: Fault<z.infer<typeof options>> = {
  name: 'cut-stream',
  family: 'cut-stream',
  summary: 'cuts what the primary sends to the backups',
  needs: [NET_CUT, NET_CUT_ONE_WAY],
  options,
  plan: (_options, { nodes: [primary, ...backups] }) =>
    primary === undefined ? [] : [{ control: 'links', params: { type: 'cut', links: cutBetween([primary], backups) } }],
};

/** The fault for a configuration. */
export const cutStream = () => use(fault);
