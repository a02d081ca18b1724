/**
 * etcd's gRPC-JSON gateway over plain HTTP: one request, one answer, no retry, one connection of its own. No client
 * library: the usual one retries by default, which falsifies histories.
 */
import type { Address } from '../../../harness/contracts/index.ts';
import { type HttpAnswer, openHttpExchange } from '../http-exchange/http-exchange.ts';

/** What the gateway answered, with a status that is not 200. */
export class GatewayError extends Error {
  readonly status: number;
  /** gRPC's code. */
  readonly grpcCode: number | undefined;

  constructor(status: number, grpcCode: number | undefined, message: string) {
    super(message);
    this.name = 'GatewayError';
    this.status = status;
    this.grpcCode = grpcCode;
  }
}

export interface Gateway {
  /** POST with a JSON body. Rejects with GatewayError or TransportError. */
  post(path: string, body: object, signal?: AbortSignal): Promise<Record<string, unknown>>;
  get(path: string, signal?: AbortSignal): Promise<Record<string, unknown>>;
  close(): void;
}

/** A gateway at an address. Nothing is connected before the first request. */
export function openGateway(address: Address): Gateway {
  const exchange = openHttpExchange(address);
  return {
    post: async (path, body, signal) => answerIn(await exchange.post(path, JSON.stringify(body), signal)),
    get: async (path, signal) => answerIn(await exchange.get(path, signal)),
    close: () => exchange.close(),
  };
}

function answerIn({ status, text }: HttpAnswer): Record<string, unknown> {
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new GatewayError(status, undefined, `not JSON: ${text.slice(0, 120)}`);
  }
  if (status === 200) return answer;
  const { code, error, message } = answer as { code?: number; error?: string; message?: string };
  throw new GatewayError(status, code, error ?? message ?? `status ${status}`);
}
