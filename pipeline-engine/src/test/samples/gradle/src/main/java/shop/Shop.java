package shop;

import com.sun.net.httpserver.HttpServer;

import org.apache.commons.lang3.StringUtils;

import java.net.InetSocketAddress;

public class Shop {
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(System.getenv("PORT"));
        byte[] hello = StringUtils.join("hello", " from ", "gradle").getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, hello.length);
                    exchange.getResponseBody().write(hello);
                    exchange.close();
                });
        server.start();
    }
}
