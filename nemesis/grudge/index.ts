export { type Cut, cutBetween, cutComponents, cutUnheard, hearsUnder, majorityOf, minorityOf, minorityThirdOf } from './cuts.ts';
export { cutsOf, TOPOLOGIES, TOPOLOGY_NAMES, type TopologyName, type TopologyOptions, topologiesFor } from './topology.ts';
