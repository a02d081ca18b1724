/** What the workload `unique-ids` asks of a system: an id that nobody else gets. */

/** Completes with the id, a string or a number. */
export interface UniqueIdsOperation {
  readonly f: 'generate';
  readonly value: null;
}
