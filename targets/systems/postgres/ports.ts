/** The port that servers bind. */
export const SQL_PORT = 5432;
