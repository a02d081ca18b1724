/** Nodes as containers. */
export { docker } from './host.ts';
