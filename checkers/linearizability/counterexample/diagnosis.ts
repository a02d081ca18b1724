/** What a conviction says, in words. */
export interface Diagnosis {
  readonly type: string;
  readonly sentence: string;
  /** Invocations of operations that are part of the story and not of the sub-history. */
  readonly culprits: readonly number[];
}
