// As much of the browsers' XMLHttpRequest as Autobahn|JS uses for long-poll.
// Node.js has none.

export class XMLHttpRequest {
  readyState = 0;
  status = 0;
  statusText = '';
  responseText = '';
  timeout = 0;
  headers = {};

  open(method, url) {
    this.method = method;
    this.url = url;
  }

  setRequestHeader(name, value) {
    this.headers[name] = value;
  }

  async send(body) {
    const signal = this.timeout > 0 ? AbortSignal.timeout(this.timeout) : undefined;
    try {
      const response = await fetch(this.url, { method: this.method, headers: this.headers, body, signal });
      this.responseText = await response.text();
      this.status = response.status;
      this.statusText = response.statusText;
    } catch (error) {
      if (signal?.aborted) return this.ontimeout?.();
      this.statusText = String(error.cause ?? error);
    }
    this.readyState = 4;
    this.onreadystatechange?.();
  }
}
