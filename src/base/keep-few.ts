// How many connections a door has open at most, and which of them goes when one more comes.
import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * A limit that refuses newcomers would let whoever holds all connections lock everybody else out. Here the newcomer gets in, and
 * the connection goes whose last answered request, or whose beginning, is longest ago.
 */
export function keepFew(server: Server, most: number): void {
  const sockets = new Set<Socket>(); // the one to go first
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const [oldest] = sockets;
    if (sockets.size > most) oldest?.destroy();
  });
  server.on("request", ({ socket }, response) => {
    response.once("finish", () => {
      if (response.statusCode >= 400 || !sockets.delete(socket)) return;
      sockets.add(socket);
    });
  });
}
