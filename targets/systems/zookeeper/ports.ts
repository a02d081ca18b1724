/** The ports that a server binds: for clients, for the leader's followers, for elections. */
export const CLIENT_PORT = 2181;
export const FOLLOWER_PORT = 2888;
export const ELECTION_PORT = 3888;
