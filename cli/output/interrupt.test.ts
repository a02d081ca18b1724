import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { type Interruption, interruptible } from './interrupt.ts';

/** What is provisioned gives up when it is told to stop, with the reason as its cause. */
async function provisioning({ signal }: Interruption): Promise<object> {
  process.emit('SIGINT');
  if (!signal.aborted) await once(signal, 'abort');
  throw new OrdealError('ORDEAL_PROVISION_FAILED', { what: 'given up', cause: signal.reason });
}

describe('an interruption', () => {
  it('before anything has begun is told as one, and ends with its exit code', async () => {
    await expect(interruptible(provisioning)).rejects.toMatchObject({ code: 'ORDEAL_INTERRUPTED', exitCode: 130 });
  });

  it('leaves other failures as they are', async () => {
    const failure = new OrdealError('ORDEAL_HEAL_FAILED', { what: 'still cut' });
    await expect(
      interruptible(async () => {
        process.emit('SIGTERM');
        throw failure;
      }),
    ).rejects.toBe(failure);
  });

  it('of what goes on to its end is told beside the result', async () => {
    const result = await interruptible(async () => {
      process.emit('SIGTERM');
      return { valid: true };
    });
    expect(result).toEqual({ valid: true, interruptedBy: 143 });
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });
});
