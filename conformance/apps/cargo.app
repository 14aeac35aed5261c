interpreter: /bin/bash
packages: cargo
needs: /usr/bin/cargo
timeout: 240
tags: heavy
program: cargo, rustc
---
# a crate without dependencies: build, unit tests with threads, run
d=$(mktemp -d); cd "$d" || exit 1; export CARGO_HOME=$d/home CARGO_TERM_COLOR=never
mkdir -p p/src; cd p || exit 1; printf '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2018"\n' >Cargo.toml
cat >src/lib.rs <<'R'
pub fn f(n: u64) -> u64 { (1..=n).sum() }
#[cfg(test)] mod tests { use super::*; use std::{thread, sync::mpsc, net::*, io::*, process::Command, fs};
 #[test] fn sum() { assert_eq!(f(100), 5050); }
 #[test] fn threads() { let (s, r) = mpsc::channel(); let h: Vec<_> = (0..8).map(|i| { let s = s.clone(); thread::spawn(move || s.send(f(i)).unwrap()) }).collect(); for x in h { x.join().unwrap(); } drop(s); assert_eq!(r.iter().sum::<u64>(), 84); }
 #[test] fn tcp() { let l = TcpListener::bind("127.0.0.1:0").unwrap(); let a = l.local_addr().unwrap(); let t = thread::spawn(move || { let mut c = TcpStream::connect(a).unwrap(); c.write_all(b"hi").unwrap(); }); let mut b = String::new(); l.accept().unwrap().0.read_to_string(&mut b).unwrap(); t.join().unwrap(); assert_eq!(b, "hi"); }
 #[test] fn command() { assert_eq!(Command::new("sh").args(["-c", "exit 3"]).status().unwrap().code(), Some(3)); fs::write("x.tmp", "y").unwrap(); assert_eq!(fs::read_to_string("x.tmp").unwrap(), "y"); }
 #[test] #[should_panic] fn panics() { let v: Vec<u8> = vec![]; let _ = v[f(1) as usize]; } }
R
mkdir -p src/bin; echo 'fn main() { println!("{}", demo::f(10)); std::process::exit(4) }' >src/bin/demo.rs
/usr/bin/cargo build -q --offline; echo "build $?"; /usr/bin/cargo test --offline 2>/dev/null | grep '^test ' | sort | sed 's/finished in.*//'; /usr/bin/cargo run -q --offline; echo "run $?"; /usr/bin/cargo build -q --offline --release -j 2; echo "release $?"
cd /; rm -rf "$d"
