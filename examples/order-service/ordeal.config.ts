/** The order service as it is: convicted of charging twice. `fixed.config.ts` is the same with ONE_KEY=yes: it passes. */
import { defineConfig } from 'ordeal';
import { orderService, tests } from './order-service.ts';

const service = orderService({});

export default defineConfig({ system: service, host: 'process', tests: tests(service) });
