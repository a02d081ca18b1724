import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { entryUrl, startChild } from '../../../harness/entry/entry.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { exemptFromGuard, installEscapeGuard } from './escape-guard.ts';

let lift: () => void = () => undefined;
afterEach(() => lift());

/** Runs with the guard up and lifts it before anything is asserted: the test runner needs the real things too. */
function guarded<T>(run: () => T): { readonly value?: T; readonly error?: unknown } {
  lift = installEscapeGuard();
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  } finally {
    lift();
  }
}

const escapes: Readonly<Record<string, () => unknown>> = {
  'new Date()': () => new Date(),
  'Date()': () => Date(),
  'Date.now()': () => Date.now(),
  'performance.now()': () => performance.now(),
  'process.hrtime()': () => process.hrtime(),
  'process.hrtime.bigint()': () => process.hrtime.bigint(),
  'process.uptime()': () => process.uptime(),
  'Math.random()': () => Math.random(),
  'crypto.randomUUID()': () => crypto.randomUUID(),
  'crypto.getRandomValues()': () => crypto.getRandomValues(new Uint8Array(4)),
  'setTimeout()': () => setTimeout(() => undefined, 0),
  'setInterval()': () => setInterval(() => undefined, 1),
  'setImmediate()': () => setImmediate(() => undefined),
  'AbortSignal.timeout()': () => AbortSignal.timeout(1),
  'fetch()': () => fetch('http://127.0.0.1:1/'),
};

describe('the escape guard', () => {
  it.each(Object.entries(escapes))('refuses %s, naming the place and the remedy, and gives it back afterwards', (name, attempt) => {
    const { error } = guarded(attempt);
    if (!isOrdealError(error)) throw new Error(`${name} was let through`);
    expect(error.code).toBe('ORDEAL_SIM_ESCAPE');
    expect(error.what).toContain(name);
    expect(error.where).toContain('escape-guard.test.ts');
    expect(error.remedy).toMatch(/^Use /);
    if (name !== 'fetch()' && name !== 'setInterval()') expect(attempt).not.toThrow();
  });

  it('leaves pure uses of dates alone', () => {
    const { value } = guarded(() => [new Date(0).toISOString(), Date.UTC(1970, 0, 2), new Date(0) instanceof Date, Date.parse('1970-01-01T00:00:01Z')]);
    expect(value).toEqual(['1970-01-01T00:00:00.000Z', 86_400_000, true, 1000]);
  });

  it('is lifted where the harness measures itself', () => {
    expect(guarded(() => exemptFromGuard(() => Date.now())).value).toBeGreaterThan(0);
  });

  it('holds in node: modules, also for what was imported by name', async () => {
    const child = startChild(entryUrl(import.meta.url, './fixtures/named-imports'), [], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('the child has no stdout');
    expect(await text(child.stdout)).toBe('4 of 4 refused');
  });

  it('stays up until the last one leaves', () => {
    const first = installEscapeGuard();
    const second = installEscapeGuard();
    first();
    first();
    let refused = false;
    try {
      Math.random();
    } catch {
      refused = true;
    }
    second();
    expect(refused).toBe(true);
    expect(Math.random()).toBeLessThan(1);
  });
});
