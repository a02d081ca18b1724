/** The store as it should be: valid. */
import { defineConfig } from 'ordeal';
import { warehouse } from './system.ts';
import { tests } from './tests.ts';

export default defineConfig({ system: warehouse(), nodes: 3, tests });
