/** Real RabbitMQ. */
export { type RabbitmqOptions, rabbitmqOptions } from './options.ts';
export { rabbitmq } from './system.ts';
