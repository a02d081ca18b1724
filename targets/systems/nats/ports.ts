/** The ports that a server binds: for clients, for the other servers, for who asks how it is. */
export const CLIENT_PORT = 4222;
export const ROUTE_PORT = 6222;
export const MONITOR_PORT = 8222;
