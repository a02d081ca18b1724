/** The ports that servers and sentinels bind; the bus is how servers of a cluster speak to each other. */
export const REDIS_PORT = 6379;
export const BUS_PORT = 16_379;
export const SENTINEL_PORT = 26_379;
