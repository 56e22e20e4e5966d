//! A SeaweedFS server for the whole test run: own ports, own folder, gone with the test process however that ends.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::wire::Client;

/// Who may do what. Requests without a signature may write, which is how objects get there.
const IDENTITIES: &str = r#"{"identities":[
  {"name":"anonymous","actions":["Admin","Read","List","Write"]},
  {"name":"reader","credentials":[{"accessKey":"READER","secretKey":"readersecret"}],"actions":["Read","List"]},
  {"name":"lister","credentials":[{"accessKey":"LISTER","secretKey":"listersecret"}],"actions":["List"]},
  {"name":"stranger","credentials":[{"accessKey":"STRANGER","secretKey":"strangersecret"}],"actions":["Read:elsewhere"]}
]}"#;

/// The bucket of all tests; each has a prefix of its own.
pub(super) const BUCKET: &str = "flow-logs";

/// How long the server may take to accept its first bucket; it takes about 3 s.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Starts that are tried: another program may take a port between the moment it is found free and its use.
const STARTS: usize = 3;

/// Runs the server until standard input ends, which it does when the test process does, however it ends; then takes server
/// and folder away.
const WATCHDOG: &str = r#"
"$@" >"$FOLDER/log" 2>&1 </dev/null &
server=$!
read -r _
kill -9 "$server"
wait "$server" 2>/dev/null
rm -rf "$FOLDER"
# It makes these itself, wherever it is told to keep its files.
for port in $GRPC_PORTS; do rm -f /tmp/seaweedfs-*-grpc-"$port".sock; done
"#;

/// A server that runs. Ends when dropped.
pub(super) struct Server {
    /// Where it speaks S3.
    pub(super) address: SocketAddr,
    /// Its standard input keeps the server alive.
    _watchdog: Child,
}

/// The server of this test run; `None`, said on standard error, where none is installed.
///
/// # Panics
/// Where it does not start, and where `FLOWTOLL_REQUIRE_S3` is set and it is not installed.
pub(super) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let program = program();
            assert!(
                program.is_some() || std::env::var_os("FLOWTOLL_REQUIRE_S3").is_none(),
                "FLOWTOLL_REQUIRE_S3 is set and there is no S3 server: run .ci/s3-server, or set FLOWTOLL_WEED"
            );
            let Some(program) = program else {
                // Straight to the stream: what goes through `eprintln!` is kept back for tests that pass.
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: tests against an S3 server. `.ci/s3-server` fetches one; FLOWTOLL_WEED names another"
                );
                return None;
            };
            Some((0..STARTS).find_map(|_| start(&program)).expect("SeaweedFS starts"))
        })
        .as_ref()
}

/// `FLOWTOLL_WEED`, or what `.ci/s3-server` has fetched.
fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("FLOWTOLL_WEED") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "FLOWTOLL_WEED={} is no file", path.display());
        return Some(path);
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    Some(target.join("s3-server/bin/weed")).filter(|path| path.is_file())
}

/// Ports that are free now. All are held until the last is found, so that they differ.
fn free_ports<const N: usize>() -> [u16; N] {
    let held: Vec<TcpListener> = (0..N)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on the loopback interface"))
        .collect();
    std::array::from_fn(|index| held[index].local_addr().expect("the address of a bound socket").port())
}

/// `None` where it does not come up, with its log on standard error.
fn start(program: &Path) -> Option<Server> {
    let folder =
        tempfile::Builder::new().prefix("flowtoll-s3-").tempdir().expect("a temporary folder").keep();
    let config = folder.join("identities.json");
    std::fs::write(&config, IDENTITIES).expect("the identities are written");
    std::fs::create_dir(folder.join("data")).expect("a folder for data");
    let [master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc] = free_ports();
    let place = |name: &str| folder.join(name).display().to_string();
    let mut command = Command::new("sh");
    command.args(["-c", WATCHDOG, "sh"]).arg(program);
    // Small volumes: a volume is taken as a file at once, and a bucket takes several.
    command.args(["-logtostderr=true", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]);
    command.args([
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=256",
        "-volume.max=40",
        "-filer",
        "-s3",
    ]);
    command.args(["-s3.port.iceberg=0", "-s3.port.lance=0"]);
    for (flag, value) in [
        ("dir", place("data")),
        ("filer.localSocket", place("filer.sock")),
        ("s3.localSocket", place("s3.sock")),
        ("s3.config", place("identities.json")),
    ] {
        command.arg(format!("-{flag}={value}"));
    }
    for (flag, port) in [
        ("master.port", master),
        ("master.port.grpc", master_grpc),
        ("volume.port", volume),
        ("volume.port.grpc", volume_grpc),
        ("filer.port", filer),
        ("filer.port.grpc", filer_grpc),
        ("s3.port", s3),
        ("s3.port.grpc", s3_grpc),
    ] {
        command.arg(format!("-{flag}={port}"));
    }
    let grpc_ports = [master_grpc, volume_grpc, filer_grpc, s3_grpc].map(|port| port.to_string()).join(" ");
    command.env("FOLDER", &folder).env("GRPC_PORTS", grpc_ports).current_dir(&folder);
    for (name, _) in std::env::vars_os() {
        // The server takes credentials of its own from there.
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let watchdog = command.stdin(Stdio::piped()).spawn().expect("a shell starts");
    let server = Server { address: (Ipv4Addr::LOCALHOST, s3).into(), _watchdog: watchdog };
    let begin = Instant::now();
    while begin.elapsed() < START_LIMIT {
        if Client::new(server.address).put(&format!("/{BUCKET}"), b"").is_ok_and(|status| status == 200) {
            return Some(server);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    let _ = writeln!(std::io::stderr(), "SeaweedFS did not come up:\n{log}");
    None
}
