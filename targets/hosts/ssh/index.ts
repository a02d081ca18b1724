/** Nodes as machines behind ssh. */
export { ssh } from './host.ts';
