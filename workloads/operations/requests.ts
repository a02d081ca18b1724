/** What the workload `requests` asks of a service: things to be done once in the outside world. */

/** The key is the tag of the intent: unique in the run, carried along to the effect. */
export interface RequestOperation {
  /** `request`, or what the service calls it. */
  readonly f: string;
  readonly key: number;
  readonly value: RequestBody;
}

export type RequestBody = {
  readonly user: number;
  readonly amount: number;
  /** A request that nobody can carry out. */
  readonly malformed?: true;
};
