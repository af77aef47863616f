//! A websocket with tokio-tungstenite at both ends.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::{accept_async, client_async, tungstenite::Message};
use wakeful::{
    net::{TcpListener, TcpStream},
    spawn_local,
    tokio::TokioIo,
};
use wakeful_interop::run;

#[test]
fn messages_of_every_length_come_back_unchanged() {
    run("messages", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn_local(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = accept_async(TokioIo::new(stream)).await.unwrap();
            while let Some(message) = socket.next().await {
                let message = message.unwrap();
                if message.is_text() || message.is_binary() {
                    socket.send(message).await.unwrap();
                }
            }
        });
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (mut socket, response) = client_async("ws://localhost/", stream).await.unwrap();
        assert_eq!(response.status(), 101);
        for message in [
            Message::text("hello"),
            Message::binary(vec![]),
            // This is more than the sockets buffer, so reads and writes alternate.
            Message::binary(vec![7; 4 << 20]),
        ] {
            socket.send(message.clone()).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), message);
        }
        socket.close(None).await.unwrap();
        while socket.next().await.is_some() {}
        server.await.unwrap();
    });
}
