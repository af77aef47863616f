//! Lines through tokio-util's codec on a socket of wakeful, and tokio's pipe through the
//! traits of futures-util.

use futures_util::{AsyncReadExt, AsyncWriteExt, SinkExt, StreamExt};
use tokio_util::codec::{Framed, LinesCodec, LinesCodecError};
use wakeful::{
    net::{TcpListener, TcpStream},
    spawn_local,
    tokio::TokioIo,
};
use wakeful_interop::run;

fn lines(stream: TcpStream) -> Framed<TokioIo<TcpStream>, LinesCodec> {
    Framed::new(TokioIo::new(stream), LinesCodec::new_with_max_length(64))
}

#[test]
fn a_codec_frames_lines_and_rejects_long_ones() {
    run("three lines", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn_local(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut lines = lines(stream);
            while let Some(line) = lines.next().await {
                lines.send(line?.to_uppercase()).await?;
            }
            Ok::<_, LinesCodecError>(())
        });
        let mut client = lines(TcpStream::connect(address).await.unwrap());
        for (line, answer) in [("one", "ONE"), ("", ""), ("drei", "DREI")] {
            client.send(line).await.unwrap();
            assert_eq!(client.next().await.unwrap().unwrap(), answer);
        }
        client.send("x".repeat(100)).await.unwrap();
        let error = server.await.unwrap().unwrap_err();
        assert!(matches!(error, LinesCodecError::MaxLineLengthExceeded));
    });
}

#[test]
fn tokio_io_gives_a_stream_of_tokio_the_traits_of_futures_io() {
    run("a text through tokio's pipe", async {
        let (here, there) = tokio::io::duplex(4);
        let (mut here, mut there) = (TokioIo::new(here), TokioIo::new(there));
        let writer = spawn_local(async move {
            here.write_all(b"longer than the pipe").await?;
            here.close().await
        });
        let mut all = String::new();
        there.read_to_string(&mut all).await.unwrap();
        writer.await.unwrap().unwrap();
        assert_eq!(all, "longer than the pipe");
    });
}
