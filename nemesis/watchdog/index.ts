export { startWatchdog, type Watchdog, type WatchdogRequest } from './watchdog.ts';
