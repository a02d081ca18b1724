/** JUnit XML for CI systems. */
export { renderJunit } from './junit.ts';
