//! Gzip objects become records that are counted (`reader`), and how long it takes to inflate the same objects and do nothing
//! else, by libdeflate member by member (`libdeflate`) and by zlib-rs as a stream (`zlib-rs`). The bytes that come out are
//! compared with the log as it was before it was packed.

mod inputs {
    pub mod count;
    pub mod log;
    pub mod mode;
}

use std::io::{self, Read as _};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flate2::bufread::{GzDecoder, MultiGzDecoder};
use flowtoll::parse::FormatHints;
use flowtoll::read::{ByteCounter, Content, Reader};
use flowtoll::testkit::{FieldOrder, Form};
use libdeflater::Decompressor;

use inputs::count::Count;
use inputs::log::{Log, world};

/// Rows of a member where objects have many: as of a sender that packs and flushes often.
const MEMBER_ROWS: u64 = 500;

fn read(reader: &mut Reader, objects: &[Vec<u8>]) -> (Count, u64) {
    let (counter, mut count) = (ByteCounter::default(), Count::default());
    for object in objects {
        let content = reader.read(object.as_slice(), &counter, &FormatHints::default(), &mut count);
        assert_eq!(content, Ok(Content::Lines));
    }
    (count, counter.bytes())
}

/// One gzip member.
struct Member<'o> {
    stored: &'o [u8],
    inflated: Vec<u8>,
}

/// The members of an object, which only a decoder can tell apart.
fn members(object: &[u8]) -> Vec<Member<'_>> {
    let (mut members, mut rest) = (Vec::new(), object);
    while !rest.is_empty() {
        let (mut decoder, mut inflated) = (GzDecoder::new(rest), Vec::new());
        decoder.read_to_end(&mut inflated).expect("the testkit writes whole members");
        let after = decoder.into_inner();
        members.push(Member { stored: &rest[..rest.len() - after.len()], inflated });
        rest = after;
    }
    members
}

fn inflate_members(decompressor: &mut Decompressor, members: &[Member<'_>], room: &mut [u8]) -> usize {
    let inflate = |member: &Member<'_>| {
        decompressor.gzip_decompress(member.stored, room).expect("the room is as large as the largest member")
    };
    members.iter().map(inflate).sum()
}

fn inflate_streams(objects: &[Vec<u8>]) -> u64 {
    let inflate = |object: &Vec<u8>| {
        io::copy(&mut MultiGzDecoder::new(object.as_slice()), &mut io::sink()).expect("whole")
    };
    objects.iter().map(inflate).sum()
}

fn inflate(criterion: &mut Criterion) {
    let world = world();
    let written = |form: &Form| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Log::write(&world, folder.path(), form)
    };
    let plain = written(&Form::text(FieldOrder::V5)).objects.concat();
    let mut group = criterion.benchmark_group("inflate");
    group.sample_size(20);
    for (name, member_rows) in [("one-member", None), ("many-members", Some(MEMBER_ROWS))] {
        let form = Form::Text { fields: FieldOrder::V5.fields(), gzip: true, member_rows };
        let Log { objects, truth } = written(&form);
        let members: Vec<Member<'_>> = objects.iter().flat_map(|object| members(object)).collect();
        let mut room = vec![0; members.iter().map(|member| member.inflated.len()).max().unwrap_or(0)];
        let mut decompressor = Decompressor::new();
        let mut reader = Reader::new(1);

        assert_eq!(members.len() > objects.len(), member_rows.is_some(), "{name}");
        let texts: Vec<&[u8]> = members.iter().map(|member| member.inflated.as_slice()).collect();
        assert!(texts.concat() == plain, "{name}: other bytes than those that were packed");
        for member in &members {
            let count = decompressor.gzip_decompress(member.stored, &mut room).expect("a whole member");
            assert!(room[..count] == member.inflated, "{name}: libdeflate and zlib-rs differ");
        }
        assert_eq!(inflate_streams(&objects), plain.len() as u64, "{name}");
        let expected =
            Count { records: truth.records, bytes: truth.bytes_total.into(), malformed: truth.malformed };
        let stored = objects.iter().map(|object| object.len() as u64).sum();
        assert_eq!(read(&mut reader, &objects), (expected, stored), "{name}");

        group.throughput(Throughput::ElementsAndBytes { elements: truth.records, bytes: plain.len() as u64 });
        group.bench_function(BenchmarkId::new("reader", name), |bencher| {
            bencher.iter(|| read(&mut reader, &objects));
        });
        group.bench_function(BenchmarkId::new("libdeflate", name), |bencher| {
            bencher.iter(|| inflate_members(&mut decompressor, &members, &mut room));
        });
        group.bench_function(BenchmarkId::new("zlib-rs", name), |bencher| {
            bencher.iter(|| inflate_streams(&objects));
        });
    }
    group.finish();
}

criterion_group!(benches, inflate);
criterion_main!(benches);
