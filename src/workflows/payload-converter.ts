import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

/**
 * Temporal's own, save that bytes which nobody can read count as nothing: anybody can send them, and a workflow that throws over a message is tried again
 * for ever. Whoever gets nothing refuses it or drops it.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: <T>(payload: Parameters<PayloadConverter['fromPayload']>[0]) => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      return undefined as T;
    }
  },
};
