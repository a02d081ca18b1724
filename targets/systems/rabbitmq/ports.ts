/** The ports that members bind. */
export const AMQP_PORT = 5672;
export const MANAGEMENT_PORT = 15672;
/** Erlang's port mapper, and what it tells the port of: the traffic between members. */
export const EPMD_PORT = 4369;
export const CLUSTER_PORT = 25672;
