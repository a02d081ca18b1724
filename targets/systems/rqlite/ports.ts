/** The ports that members bind. */
export const HTTP_PORT = 4001;
export const RAFT_PORT = 4002;
