/** The pages of faults say what `ordeal list faults` and `ordeal doctor` say. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { examineMachine } from '../../api/index.ts';
import { callMain } from '../../cli/testing/call-main.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import { MECHANISMS } from './fault-mechanisms.ts';
import { FAULT_STORIES } from './fault-stories.ts';

const names = Object.keys(FAULTS);
/** Of the system, and what goes without saying of every host. */
const NO_FAULTS = new Set(['node-program', 'exec', 'machine-files', 'disk.lose-unsynced']);

describe('pages of faults', () => {
  it('are one for each that the list names', async () => {
    const listed = JSON.parse((await callMain('list', 'faults', '--json')).stdout) as readonly { readonly name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect(readdirSync(new URL('../faults', import.meta.url)).sort()).toEqual(names.map((name) => `${name}.md`).sort());
    expect(Object.keys(FAULT_STORIES)).toEqual(names);
  });

  it('say of each where its story is told', () => {
    for (const name of names) {
      const sources = FAULT_STORIES[name]?.sources ?? [];
      expect([name, sources.length]).not.toEqual([name, 0]);
      expect([name, new Set(sources.map(({ url }) => url)).size]).toEqual([name, sources.length]);
      const page = readFileSync(new URL(`../faults/${name}.md`, import.meta.url), 'utf8');
      for (const { title, url } of sources) {
        expect([name, url, /^https?:$/.test(new URL(url).protocol)]).toEqual([name, url, true]);
        expect(page).toContain(`[${title}](${url})`);
      }
    }
  });

  it('promise on each host what it can be asked for, and all that this machine can do', async () => {
    for (const { name, capabilities } of await examineMachine()) {
      const promised = Object.keys(MECHANISMS).filter((capability) => MECHANISMS[capability]?.on[name] !== undefined);
      const known = new Map(capabilities.map(({ capability, ok }) => [capability, ok]));
      expect([name, promised.filter((capability) => !known.has(capability))]).toEqual([name, []]);
      const able = [...known].flatMap(([capability, ok]) => (ok && !NO_FAULTS.has(capability) ? [capability] : []));
      expect([name, able.filter((capability) => !promised.includes(capability))]).toEqual([name, []]);
    }
  });

  it('have a mechanism for every capability that a fault needs', async () => {
    for (const [name, entry] of Object.entries(FAULTS)) {
      const needs = (await entry.load()).needs.filter((capability) => !NO_FAULTS.has(capability));
      expect([name, needs.filter((capability) => MECHANISMS[capability] === undefined)]).toEqual([name, []]);
    }
  });
});
