/** The port that servers bind. */
export const REDIS_PORT = 6379;
