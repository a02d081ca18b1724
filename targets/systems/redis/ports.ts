/** The ports that servers and sentinels bind. */
export const REDIS_PORT = 6379;
export const SENTINEL_PORT = 26_379;
