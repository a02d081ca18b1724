/** A coordinator that leaves alone what it finds prepared after a restart: convicted. */
import { defineConfig } from 'ordeal';
import { postgresTwoPhaseCommit } from 'ordeal/targets';
import { tests } from './tests.ts';

export default defineConfig({ system: postgresTwoPhaseCommit({ coordinator: 'no-recovery' }), host: 'process', nodes: 3, tests });
