/** The order service with one key for all attempts of an order: it passes. */
import { defineConfig } from 'ordeal';
import { orderService, tests } from './order-service.ts';

const service = orderService({ ONE_KEY: 'yes' });

export default defineConfig({ system: service, host: 'process', tests: tests(service) });
