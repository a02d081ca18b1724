/** The register of Jepsen's etcd test: nil at first, and a failed cas is an observation. */
import type { Value } from '../../../harness/contracts/index.ts';
import { casRegister } from './cas-register.ts';
import type { Model } from './model.ts';

/** A register with compare-and-set whose failed cas, unless it has an error, saw a value other than the one it expected. */
export function etcdRegister(init: Value): Model<Value> {
  return {
    ...casRegister(init),
    name: 'etcd-register',
    summary: 'a register with compare-and-set, nil at first; a failed cas without an error saw another value',
    failedConditions: 'observation',
  };
}
