/** A coordinator that writes its decisions down: valid. */
import { defineConfig } from 'ordeal';
import { postgresTwoPhaseCommit } from 'ordeal/targets';
import { tests } from './tests.ts';

export default defineConfig({ system: postgresTwoPhaseCommit({ coordinator: 'logged' }), host: 'process', nodes: 3, tests });
