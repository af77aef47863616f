// ANCHOR: head
//! A tree of folders, and two ways to walk it: a callback and an iterator.
// ANCHOR_END: head

// ANCHOR: folder
/// A folder or a file. A file is a folder without children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// Its own bytes, without those of its children.
    pub size: u64,
    /// The folders and files in it.
    pub children: Vec<Folder>,
}

/// One line of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'t> {
    /// The name of the folder.
    pub name: &'t str,
    /// Its bytes, with those of everything in it.
    pub total: u64,
}

// ANCHOR_END: folder

// ANCHOR: new
impl Folder {
    /// A folder of `size` bytes that contains `children`.
    pub fn new(name: &str, size: u64, children: Vec<Folder>) -> Folder {
        Folder { name: name.to_string(), size, children }
    }
    // ANCHOR_END: new

    // ANCHOR: for_each
    /// Calls `visit` with every line, children before parents.
    pub fn for_each<'t>(&'t self, visit: &mut impl FnMut(Line<'t>)) -> u64 {
        let mut total = self.size;
        for child in &self.children {
            total += child.for_each(visit);
        }
        visit(Line { name: &self.name, total });
        total
    }
    // ANCHOR_END: for_each

    // ANCHOR: lines
    /// The same lines as an iterator.
    pub fn lines(&self) -> Lines<'_> {
        Lines { stack: vec![Frame::new(self)] }
    }
}

/// An iterator over the lines of a folder: see [`Folder::lines`].
pub struct Lines<'t> {
    stack: Vec<Frame<'t>>,
}

struct Frame<'t> {
    folder: &'t Folder,
    rest: std::slice::Iter<'t, Folder>,
    total: u64,
}

impl<'t> Frame<'t> {
    fn new(folder: &'t Folder) -> Frame<'t> {
        Frame { folder, rest: folder.children.iter(), total: folder.size }
    }
}

// ANCHOR_END: lines

// ANCHOR: next
impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        loop {
            let mut frame = self.stack.pop()?;
            if let Some(child) = frame.rest.next() {
                self.stack.push(frame);
                self.stack.push(Frame::new(child));
            } else {
                if let Some(parent) = self.stack.last_mut() {
                    parent.total += frame.total;
                }
                return Some(Line { name: &frame.folder.name, total: frame.total });
            }
        }
    }
}
// ANCHOR_END: next
