/** Nodes as processes in network namespaces. */
export { netns } from './host.ts';
