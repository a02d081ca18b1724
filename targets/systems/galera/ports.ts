/** The ports that members bind: for clients, and for the group. Transfers of state open two more while they last. */
export const SQL_PORT = 3306;
export const GROUP_PORT = 4567;
