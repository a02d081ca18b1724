/** Clients of a service: the user's operations, each with a connection of its own, and what their ends mean. They never retry. */
import type { Address, Client, ClientFactory, Outcome, Value } from '../../../harness/contracts/index.ts';
import { type HttpAnswer, type HttpExchange, openHttpExchange } from '../http-exchange/http-exchange.ts';
import type { HttpServiceOptions } from './options.ts';
import { outcomeOf, ruleOf, StatusError } from './outcome-table.ts';

/** What a client asks of the service, once. */
export interface ServiceRequest {
  /** The tag of the request, unique in the run: it must come along to the outside world. */
  readonly id: number;
  /** The name of the operation. */
  readonly operation: string;
  readonly user: number;
  readonly amount: number;
  /** A request that nobody can carry out. */
  readonly malformed?: true;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON. Throws a SyntaxError where it is none. */
  json<T = unknown>(): T;
}

export interface RequestDetails {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** HTTP to one instance of the service: no retries, no redirects. Rejects where the status is not one of success, and where there is no answer. */
export interface ServiceHttp {
  /** Where the instance is: `http://127.1.254.1:8080`. */
  readonly url: string;
  /** Aborted when the operation's time is up. */
  readonly signal: AbortSignal;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ServiceAnswer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ServiceAnswer>;
  request(method: string, path: string, details?: RequestDetails): Promise<ServiceAnswer>;
}

/** An operation: it returns when the service says that it did it, and throws otherwise. What it returns stands in the history. */
export type ServiceOperation = (http: ServiceHttp, request: ServiceRequest) => Promise<unknown>;

/** Methods that change nothing, so that nothing can be half done after them. */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

export function serviceClients(operations: Readonly<Record<string, ServiceOperation>>, { port, statuses }: HttpServiceOptions): ClientFactory {
  return {
    open: async (node) => openClient(node.address(port, 'clients'), operations, statuses),
    classify: () => undefined,
  };
}

function openClient(address: Address, operations: Readonly<Record<string, ServiceOperation>>, statuses: HttpServiceOptions['statuses']): Client {
  const exchange = openHttpExchange(address);
  return {
    async invoke(op, call): Promise<Outcome> {
      const operation = operationNamed(operations, op.f);
      if (operation === undefined) return { type: 'fail', error: { code: 'no-such-operation', message: `the test has no operation "${op.f}"` } };
      const http = new RecordingHttp(exchange, address, call.signal, statuses);
      try {
        const body = op.value as Pick<ServiceRequest, 'user' | 'amount' | 'malformed'>;
        const returned = await operation(http, { ...body, id: Number(op.key), operation: op.f });
        return { type: 'ok', value: returned === undefined ? op.value : plain(returned) };
      } catch (error) {
        return outcomeOf(error, http.besides(error));
      }
    },
    close: async () => exchange.close(),
  };
}

/** Remembers which of its requests may have been carried out. */
class RecordingHttp implements ServiceHttp {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly #exchange: HttpExchange;
  readonly #statuses: HttpServiceOptions['statuses'];
  /** How each request ended that may have had an effect: an answer of success, or an error. */
  readonly #ends: unknown[] = [];

  constructor(exchange: HttpExchange, { host, port }: Address, signal: AbortSignal, statuses: HttpServiceOptions['statuses']) {
    this.url = `http://${host}:${port}`;
    this.signal = signal;
    this.#exchange = exchange;
    this.#statuses = statuses;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ServiceAnswer> {
    return this.request('GET', path, { headers });
  }

  post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<ServiceAnswer> {
    return this.request('POST', path, { body, headers });
  }

  async request(method: string, path: string, { body, headers = {} }: RequestDetails = {}): Promise<ServiceAnswer> {
    const changes = !SAFE.includes(method);
    try {
      const json = body === undefined ? undefined : JSON.stringify(body);
      const answer = judged(await this.#exchange.request({ method, path, headers, json }, this.signal), this.#statuses);
      if (changes) this.#ends.push(answer);
      return answer;
    } catch (error) {
      if (changes && outcomeOf(error, 'nothing').type === 'info') this.#ends.push(error);
      throw error;
    }
  }

  /** Whether a request other than the one that ended with `error` may have been carried out. */
  besides(error: unknown): 'nothing' | 'maybe' {
    return this.#ends.some((end) => end !== error) ? 'maybe' : 'nothing';
  }
}

/** Rejects what the test's rules do not call a success. */
function judged({ status, text }: HttpAnswer, statuses: HttpServiceOptions['statuses']): ServiceAnswer {
  const rule = ruleOf(status, statuses);
  if (rule !== 'ok') throw new StatusError(status, rule, text);
  return { status, text, json: <T>() => JSON.parse(text) as T };
}

/** By its name; the only one for `request`, as the workload `requests` calls what it asks for. */
function operationNamed(operations: Readonly<Record<string, ServiceOperation>>, name: string): ServiceOperation | undefined {
  if (Object.hasOwn(operations, name)) return operations[name];
  const [only, ...others] = Object.values(operations);
  return name === 'request' && others.length === 0 ? only : undefined;
}

/** As the history can hold it. */
function plain(value: unknown): Value {
  return JSON.parse(JSON.stringify(value) ?? 'null') as Value;
}
