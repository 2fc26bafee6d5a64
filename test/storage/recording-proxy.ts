import { type Answer, type HopRequest, startHttpHop } from '../../scripts/faults/parts/http-hop';

export type RecordedRequest = HopRequest;

/** An HTTP hop that writes down what passes, and can answer in the server's place. */
export interface RecordingProxy {
  readonly endpoint: string;
  readonly requests: RecordedRequest[];
  /** Gives the error of an S3 server instead of passing a request on; undefined passes it on. */
  refuse: (request: RecordedRequest) => Answer | undefined;
  /** Passes a request on, and breaks the connection instead of giving the answer back. */
  loseAnswer: (request: RecordedRequest) => boolean;
  /** Told of what the server has done well. */
  onSuccess: (request: RecordedRequest) => void;
  close(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const hop = await startHttpHop(target, {
    judge: (request) => {
      proxy.requests.push(request);
      return proxy.refuse(request) ?? (proxy.loseAnswer(request) ? 'lose-answer' : 'pass');
    },
    onAnswer: (request, status) => status < 300 && proxy.onSuccess(request),
  });
  const proxy: RecordingProxy = {
    endpoint: hop.endpoint,
    requests: [],
    refuse: () => undefined,
    loseAnswer: () => false,
    onSuccess: () => undefined,
    close: () => hop.close(),
  };
  return proxy;
}
