/** The store with its bug: convicted. */
import { defineConfig } from 'ordeal';
import { warehouse } from './system.ts';
import { tests } from './tests.ts';

export default defineConfig({ system: warehouse({ reads: 'nearest' }), nodes: 3, tests });
