/** The ports that members bind. */
export const CLIENT_PORT = 2379;
export const PEER_PORT = 2380;
