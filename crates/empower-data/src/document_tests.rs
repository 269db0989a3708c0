//! Reading of folders, rows and files, good and bad.

use super::*;
use proptest::prelude::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("created");
        fs::write(path, content).expect("written");
    }
    folder
}

fn read(folder: &tempfile::TempDir, name: &str, options: &ReadOptions) -> Result<Corpus, DataError> {
    read_documents(&[folder.path().join(name)], options)
}

fn skipping() -> ReadOptions {
    ReadOptions { skip_unreadable: true, ..ReadOptions::default() }
}

fn ids(corpus: &Corpus) -> Vec<&str> {
    corpus.documents.iter().map(|document| document.id.as_str()).collect()
}

#[test]
fn a_folder_is_read_in_order_without_links_and_hidden_files() {
    let tree = folder(&[
        ("src/b.py", b"b = 1\n"),
        ("src/a/z.py", b"z = 1\n"),
        ("src/a.py", b"a = 1\n"),
        ("src/notes.txt", b"no code"),
        ("src/.git/x.py", b"hidden = 1\n"),
        ("src/old/copy.py", b"\r\n\r\na = 1   \r\n"),
        ("src/skip/s.py", b"s = 1\n"),
        ("outside.py", b"outside = 1\n"),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(tree.path().join("outside.py"), tree.path().join("src/link.py")).expect("linked");
    let options = ReadOptions { excluded_folders: vec!["skip".to_owned()], ..ReadOptions::default() };
    let corpus = read(&tree, "src", &options).expect("read");
    assert_eq!(ids(&corpus), ["src/a/z.py", "src/a.py", "src/b.py"]);
    assert_eq!(corpus.duplicates, [Duplicate { id: "src/old/copy.py".to_owned(), of: "src/a.py".to_owned() }]);
    #[cfg(unix)]
    assert_eq!(corpus.links, [tree.path().join("src/link.py")]);

    let every = ReadOptions { extensions: Vec::new(), deduplicate: false, ..ReadOptions::default() };
    assert_eq!(read(&tree, "src", &every).expect("read").documents.len(), 6);
}

#[test]
fn rows_take_text_from_the_first_field_that_fits() {
    let tree = folder(&[(
        "rows.jsonl",
        b"{\"text\": \"one\", \"code\": \"no\"}\n\n{\"code\": \"two\", \"id\": 17}\n{\"id\": \"c\", \"text\": \"three\"}\n",
    )]);
    let corpus = read(&tree, "rows.jsonl", &ReadOptions::default()).expect("read");
    assert_eq!(ids(&corpus), ["rows.jsonl:1", "17", "c"]);
    let texts: Vec<_> = corpus.documents.iter().map(|document| document.text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    assert_eq!(corpus.documents[1].source, Place::line(&tree.path().join("rows.jsonl"), 3));

    let named = ReadOptions { text_field: Some("code".to_owned()), ..skipping() };
    let corpus = read(&tree, "rows.jsonl", &named).expect("read");
    assert_eq!((ids(&corpus).len(), corpus.skipped.len()), (2, 1));
    assert!(corpus.skipped[0].reason.to_string().ends_with("rows.jsonl, line 4: field `code` is missing"));
}

#[test]
fn a_folder_may_hold_rows() {
    let row = b"{\"text\": \"one\"}\n";
    let other = b"{\"text\": \"two\"}\n";
    let tree = folder(&[("d/x.jsonl", row), ("d/sub/x.jsonl", other), ("d/c.py", b"three")]);
    let options = ReadOptions { extensions: vec!["jsonl".to_owned()], ..ReadOptions::default() };
    assert_eq!(ids(&read(&tree, "d", &options).expect("read")), ["d/sub/x.jsonl:1", "d/x.jsonl:1"]);
}

#[test]
fn each_fault_has_its_error_and_its_place() {
    let bad: [(&str, &[u8], &str); 11] = [
        ("empty.py", b" \n\t\n", "empty.py: the document is empty"),
        ("none.py", b"", "none.py: the document is empty"),
        ("binary.py", b"a\0b", "binary.py: the document is binary (it holds a NUL character)"),
        ("latin.py", b"x = '\xe9'\n", "latin.py: not UTF-8 from byte 5 on"),
        ("long.py", &[b'x'; 101], "long.py: longer than the bound of 100 bytes"),
        ("cut.jsonl", b"{\"text\": \"a\"}\n{\"text\": \"b", "cut.jsonl, line 2: not the JSON expected"),
        ("list.jsonl", b"[1]\n", "list.jsonl, line 1: not the JSON expected"),
        ("bytes.jsonl", b"\n{\"text\": \"\xff\"}\n", "bytes.jsonl, line 2: not UTF-8 from byte 10 on"),
        ("number.jsonl", b"{\"text\": 3}\n", "number.jsonl, line 1: field `text` must be a string"),
        ("lacks.jsonl", b"{\"body\": \"x\"}\n", "lacks.jsonl, line 1: field `text` or `code` is missing"),
        ("blank.jsonl", b"{\"text\": \" \"}\n", "blank.jsonl, line 1: the document is empty"),
    ];
    let strict = ReadOptions { max_bytes: 100, ..ReadOptions::default() };
    let lenient = ReadOptions { max_bytes: 100, ..skipping() };
    for (name, content, message) in bad {
        let tree = folder(&[(name, content), ("good.py", b"good = 1\n")]);
        let error = read(&tree, name, &strict).expect_err(name);
        assert!(error.to_string().ends_with(message), "{error}");
        assert!(!error.hint().is_empty());
        let inputs = [tree.path().join(name), tree.path().join("good.py")];
        let corpus = read_documents(&inputs, &lenient).expect("skipped");
        assert_eq!(corpus.skipped.len(), 1, "{name}");
        assert_eq!(corpus.skipped[0].reason.to_string(), error.to_string());
        assert_eq!(corpus.documents.last().map(|document| document.id.as_str()), Some("good.py"));
    }
}

#[test]
fn faults_of_the_whole_input_are_never_skipped() {
    let tree = folder(&[
        ("a.parquet", b"PAR1"),
        ("twice.jsonl", b"{\"id\": 1, \"text\": \"x\"}\n{\"id\": 1, \"text\": \"y\"}\n"),
        ("same.jsonl", b"{\"id\": 1, \"text\": \"x\"}\n{\"id\": 1, \"text\": \"x \\n\"}\n"),
        ("texts/a.txt", b"a"),
    ]);
    assert!(matches!(read(&tree, "missing", &skipping()), Err(DataError::Read { .. })));
    assert!(matches!(read(&tree, "a.parquet", &skipping()), Err(DataError::Parquet { .. })));
    assert!(matches!(read(&tree, "texts", &skipping()), Err(DataError::NoDocuments { .. })));
    let error = read(&tree, "twice.jsonl", &skipping()).expect_err("one id, two texts");
    assert!(matches!(&error, DataError::DuplicateId { id, first, .. } if id == "1" && first.line == Some(1)));
    // One id for one text is one document.
    assert_eq!(read(&tree, "same.jsonl", &ReadOptions::default()).expect("read").documents.len(), 1);
}

#[test]
fn normalising_keeps_indentation_only() {
    assert_eq!(normalise("\r\n  a\t \r\n\r\n\r\nb\n"), "  a\nb\n");
    assert_ne!(normalise("  a"), normalise("a"));
    assert_ne!(normalise("a b"), normalise("a  b"));
}

fn documents(n: usize) -> Vec<Document> {
    let document = |i| Document { id: format!("d{i}"), text: format!("text {i}"), source: Place::file(Path::new("x")) };
    (0..n).map(document).collect()
}

proptest! {
    #[test]
    fn samples_are_nested_ordered_and_independent_of_order(n_all in 0_usize..40, n in 0_usize..50, seed: u64) {
        let all = documents(n_all);
        let sample = sample_documents(all.clone(), n, seed);
        prop_assert_eq!(sample.len(), n.min(n_all));
        let positions: Vec<_> = sample.iter().map(|it| all.iter().position(|one| one == it).unwrap()).collect();
        prop_assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
        let larger = sample_documents(all.clone(), n + 1, seed);
        prop_assert!(sample.iter().all(|it| larger.contains(it)));
        let mut reversed = sample_documents(all.into_iter().rev().collect(), n, seed);
        reversed.reverse();
        prop_assert_eq!(reversed, sample);
    }
}

#[test]
fn the_corpus_hash_sees_ids_texts_and_order_but_not_places() {
    let all = documents(3);
    let hash = corpus_hash(&all);
    let mut moved = all.clone();
    moved[0].source = Place::line(Path::new("y"), 3);
    assert_eq!(corpus_hash(&moved), hash);
    let mut swapped = all.clone();
    swapped.swap(0, 1);
    let mut renamed = all.clone();
    renamed[0].id.push('x');
    let mut edited = all.clone();
    edited[2].text.push('x');
    for other in [swapped, renamed, edited, all[..2].to_vec()] {
        assert_ne!(corpus_hash(&other), hash);
    }
}
