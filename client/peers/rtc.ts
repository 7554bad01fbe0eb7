/**
 * What is used of WebRTC: the interfaces of browsers fit, and those of packages for Node.js. They stand here so that who
 * compiles with this client's types need not have chosen those of pages.
 */
export interface RtcConnection {
  readonly connectionState: string;
  readonly signalingState: string;
  readonly localDescription: { readonly type: string; readonly sdp: string } | null;
  readonly remoteDescription: unknown;
  readonly sctp?: { readonly maxMessageSize: number } | null;
  onnegotiationneeded: ((event: never) => unknown) | null;
  onicecandidate: ((event: never) => unknown) | null;
  onconnectionstatechange: ((event: never) => unknown) | null;
  createDataChannel(label: string, options: { readonly negotiated: true; readonly id: number }): RtcChannel;
  setLocalDescription(): Promise<void>;
  setRemoteDescription(description: never): Promise<void>;
  addIceCandidate(candidate: never): Promise<void>;
  restartIce(): void;
  getStats(): Promise<{ forEach(callback: (report: unknown) => void): void }>;
  close(): void;
}

export interface RtcChannel {
  readonly readyState: string;
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
}

/** An `RTCPeerConnection`. https://www.w3.org/TR/webrtc/#rtcpeerconnection-interface */
export type RtcConstructor = new (configuration: never) => RtcConnection;
