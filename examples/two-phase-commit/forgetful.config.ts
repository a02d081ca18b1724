/** A coordinator that knows nothing after a restart, and rolls back whatever is prepared: convicted. */
import { defineConfig } from 'ordeal';
import { postgresTwoPhaseCommit } from 'ordeal/targets';
import { tests } from './tests.ts';

export default defineConfig({ system: postgresTwoPhaseCommit({ coordinator: 'forgetful' }), host: 'process', nodes: 3, tests });
