// The line between a browser and the server, as it is where there are routers: it may fall silent without being cut.

import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Line {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** Here one speaks to whom the line leads to. */
    readonly url: string,
  ) {}

  static async to(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        line.sockets.add(socket);
        socket.on("error", () => socket.destroy()).on("close", () => line.sockets.delete(socket));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const line = new Line(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return line;
  }

  /** Nothing is heard any more on the connections that are open, and nobody is told. New ones work. */
  fallSilent(): void {
    this.sockets.forEach((socket) => socket.unpipe().pause());
  }

  end(): void {
    this.sockets.forEach((socket) => socket.destroy());
    this.server.close();
  }
}
